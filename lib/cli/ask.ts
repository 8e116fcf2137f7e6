import { createInterface } from 'node:readline/promises';

/** The person at the terminal. Where there is none, the answer is no. */
export const terminal = {
  async confirms(question: string): Promise<boolean> {
    if (!process.stdin.isTTY) return false;
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^(y|yes)$/i.test((await prompt.question(question)).trim());
    } finally {
      prompt.close();
    }
  },
};
