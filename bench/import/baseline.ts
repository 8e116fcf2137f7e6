/**
 * What the least would be: the engine reads the file, types nothing, keeps the first row of each address, and writes
 * the table. `tsx baseline.ts FILE OUT`.
 */

import { raw } from '../../lib/core/sql.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';

const [file = '', out = ''] = process.argv.slice(2);
const engine = await openEngine({ spillFolder: `${out}.spill`, timeZone: 'UTC' });
await engine.run(
  raw(`copy (
    select * exclude (nth) from (select *, row_number() over () as nth from read_csv('${file}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'))
    where email like '%_@_%' qualify row_number() over (partition by lower(trim(email)) order by nth) = 1 order by contact_id
  ) to '${out}' (header)`),
);
engine.close();
