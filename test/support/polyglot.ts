/**
 * The parser of SQL dialects. It is 22 MB of WebAssembly, which V8 compiles a second time in the background for speed
 * that no test needs: four seconds of processor time in each process.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--liftoff-only');
export const { Dialect, parse, transpile } = await import('@polyglot-sql/sdk');
