/**
 * The functions that jobs and rules may use beyond what DuckDB and BigQuery share. Each engine defines them for
 * itself; this is DuckDB's definition. A job that needs one more adds it here, never inline.
 */

/** The condition that a text is empty, or that a space may stand at one of its ends. */
const MAY_HAVE_EDGES = `s < '!' or s like '% ' or strlen(s) <> length(s)`;

/** `create macro` statements for DuckDB; `timeZone` is the workbook's IANA zone, whose days count as days. */
export const duckdbPrelude = (timeZone: string): readonly string[] => [
  `set timezone = 'UTC'`,
  // `trim`, which checks every letter for the spaces of all alphabets, only where one can stand at an end: half of the
  // time.
  `create macro trimmed(s) as case when ${MAY_HAVE_EDGES} then trim(s) else s end`,
  // The same with NULL for an empty text, in one look.
  `create macro filled(s) as case when ${MAY_HAVE_EDGES} then nullif(trim(s), '') else s end`,
  // Local calendar day of a UTC moment.
  timeZone === 'UTC'
    ? `create macro local_day(t) as cast(t as date)`
    : `create macro local_day(t) as cast(timezone('${timeZone}', timezone('UTC', t)) as date)`,
  `create macro days_between(a, b) as date_diff('day', a, b)`,
  `create macro days_before(d, n) as d - cast(n as integer)`,
  // Calendar months: a month before 31 March is the last day of February.
  `create macro months_before(d, n) as cast(d - to_months(cast(n as integer)) as date)`,
  // The UTC moment at which a local day begins.
  timeZone === 'UTC'
    ? `create macro day_start(d) as cast(d as timestamp)`
    : `create macro day_start(d) as timezone('UTC', timezone('${timeZone}', cast(d as timestamp)))`,
  // Text of a column that the workbook doesn't define: NULL where it can't be read.
  `create macro number_of(s) as case when isfinite(try_cast(trim(s) as double)) then try_cast(trim(s) as double) end`,
  `create macro date_of(s) as try_cast(left(trim(s), 10) as date)`,
  `create macro week_start(d) as cast(date_trunc('week', d) as date)`,
  `create macro regexp_contains(s, p) as regexp_matches(s, p)`,
  `create macro regexp_replace_all(s, p, r) as regexp_replace(s, p, r, 'g')`,
  // Text in which ASCII alone stands between words: U+001F instead of all else that is neither a letter nor a digit.
  `create macro spaced(s) as case when strlen(s) = length(s) then s
    else regexp_replace(s, '[^\\pL\\pN\\x00-\\x7f]', chr(31), 'g') end`,
  `create macro is_nfc(s) as nfc_normalize(s) = s`,
  `create macro jaro_winkler(a, b) as jaro_winkler_similarity(a, b)`,
  `create macro is_one_of(s, texts) as list_contains(texts, s)`,
  `create macro md5_hex(s) as md5(s)`,
  `create macro sha256_hex(s) as sha256(s)`,
  `create macro domain_of(e) as lower(trimmed(split_part(e, '@', -1)))`,
  `create macro address_key(e) as lower(filled(e))`,
  `create macro seconds_between(a, b) as date_diff('second', a, b)`,
];
