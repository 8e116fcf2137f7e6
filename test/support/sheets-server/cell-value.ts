/**
 * What a cell shows for what was entered. Formulas: text and number literals, references to cells of the same tab,
 * + - * / &, HYPERLINK, and the error names; any other formula is refused, never guessed.
 */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { invalid, notImplemented } from './api-error.ts';
import { type Cell, LIMITS, type Tab } from './model.ts';

type Extended = api.Schema$ExtendedValue;
const ERROR_NAMES: Record<string, string> = {
  '#REF!': 'REF',
  '#N/A': 'N_A',
  '#DIV/0!': 'DIVIDE_BY_ZERO',
  '#VALUE!': 'VALUE',
  '#NAME?': 'NAME',
  '#NUM!': 'NUM',
  '#NULL!': 'NULL_VALUE',
  '#ERROR!': 'ERROR',
};
const NAME_OF_ERROR = Object.fromEntries(Object.entries(ERROR_NAMES).map(([name, type]) => [type, name]));

/** The text of an error value, as UNFORMATTED_VALUE shows it: not distinguishable from typed text. */
export function errorText(type: string | null | undefined): string {
  return NAME_OF_ERROR[type ?? 'ERROR'] ?? '#ERROR!';
}

/** Refuses what no cell may hold; an empty string is an empty cell. */
export function checkedValue(value: Extended | null | undefined): Extended | undefined {
  if (value === null || value === undefined || Object.keys(value).length === 0) return undefined;
  if (value.errorValue) throw invalid('errorValue is read-only.');
  const text = value.stringValue ?? value.formulaValue ?? '';
  if (text.length > LIMITS.charactersPerCell) {
    throw invalid('Your input contains more than the maximum of 50000 characters in a single cell.');
  }
  if (value.formulaValue !== undefined && value.formulaValue !== null && !value.formulaValue.startsWith('=')) {
    throw invalid('A formulaValue must start with "=".');
  }
  return value.stringValue === '' ? undefined : value;
}

/** What is shown: the value itself, or what the formula gives. */
export function effectiveValue(tab: Tab, cell: Cell | undefined, depth = 0): Extended | undefined {
  const entered = cell?.userEnteredValue;
  // A spilled cell has an effective value alone (google-api-go-client#1041).
  if (!entered) return cell?.spilledBy ? (cell.effectiveValue ?? undefined) : undefined;
  if (typeof entered.formulaValue !== 'string') return entered;
  if (cell?.effectiveValue) return cell.effectiveValue;
  if (depth > 50) return errorValue('REF');
  return evaluate(tab, entered.formulaValue.slice(1).trim(), depth);
}

function errorValue(type: string): Extended {
  return { errorValue: { type, message: 'An error in a formula.' } };
}

function evaluate(tab: Tab, text: string, depth: number): Extended {
  const error = ERROR_NAMES[text.toUpperCase()];
  if (error !== undefined) return errorValue(error);
  const link = /^HYPERLINK\(\s*"(?:[^"]|"")*"\s*[,;]\s*"((?:[^"]|"")*)"\s*\)$/i.exec(text);
  if (link !== null) return { stringValue: (link[1] ?? '').replaceAll('""', '"') };
  const operation = /^([^+*/&"]+|"[^"]*")\s*([+*/&-])\s*([^+*/&"]+|"[^"]*")$/.exec(text);
  if (operation === null) return operand(tab, text, depth);
  const [, leftText = '', operator = '', rightText = ''] = operation;
  return combine(operand(tab, leftText.trim(), depth), operator, operand(tab, rightText.trim(), depth));
}

function operand(tab: Tab, text: string, depth: number): Extended {
  if (/^-?\d+(\.\d+)?$/.test(text)) return { numberValue: Number(text) };
  const quoted = /^"([^"]*)"$/.exec(text);
  if (quoted !== null) return { stringValue: quoted[1] ?? '' };
  const reference = /^\$?([A-Z]{1,2})\$?(\d+)$/i.exec(text);
  if (reference === null) throw notImplemented(`the formula =${text}`);
  const column = [...(reference[1] ?? '').toUpperCase()].reduce((sum, one) => sum * 26 + one.charCodeAt(0) - 64, 0) - 1;
  return effectiveValue(tab, tab.rows[Number(reference[2]) - 1]?.[column], depth + 1) ?? { numberValue: 0 };
}

function combine(left: Extended, operator: string, right: Extended): Extended {
  if (left.errorValue) return left;
  if (right.errorValue) return right;
  if (operator === '&') return { stringValue: plain(left) + plain(right) };
  const [a, b] = [left.numberValue, right.numberValue];
  if (typeof a !== 'number' || typeof b !== 'number') return errorValue('VALUE');
  if (operator === '/') return b === 0 ? errorValue('DIVIDE_BY_ZERO') : { numberValue: a / b };
  return { numberValue: operator === '+' ? a + b : operator === '-' ? a - b : a * b };
}

function plain(value: Extended): string {
  return String(value.stringValue ?? value.numberValue ?? (value.boolValue ? 'TRUE' : 'FALSE'));
}

/** The value as FORMATTED_VALUE shows it; number formats only as far as plain numbers and ISO-like dates go. */
export function formattedValue(tab: Tab, cell: Cell | undefined): string | undefined {
  const value = effectiveValue(tab, cell);
  if (value === undefined) return undefined;
  if (value.errorValue) return errorText(value.errorValue.type);
  if (typeof value.boolValue === 'boolean') return value.boolValue ? 'TRUE' : 'FALSE';
  if (typeof value.stringValue === 'string') return value.stringValue;
  const number = value.numberValue ?? 0;
  const type = cell?.userEnteredFormat?.numberFormat?.type;
  if (type !== 'DATE' && type !== 'DATE_TIME') return String(number);
  const iso = new Date(Math.round((number - 25_569) * 86_400) * 1000).toISOString();
  return type === 'DATE' ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
}
