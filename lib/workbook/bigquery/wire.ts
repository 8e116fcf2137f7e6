/** Statements and errors in the form that BigQuery's REST API has for them. */
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/index.js';
import type { Sql, SqlValue } from '../../core/sql.ts';
import type { Fault } from './errors.ts';

interface Thrown {
  readonly status?: number;
  readonly code?: number | string;
  readonly message?: string;
  readonly cause?: { readonly name?: string };
  readonly response?: { readonly status?: number; readonly data?: { readonly error?: ErrorBody } };
}
interface ErrorBody {
  readonly message?: string;
  readonly errors?: readonly { readonly reason?: string; readonly message?: string }[];
}

/** Names of the cause of a request that took too long. */
const TOO_LONG = new Set(['AbortError', 'TimeoutError']);

/** An error as BigQuery describes it; a connection that failed counts as a fault that passes. */
export function faultOf(thrown: unknown): Fault {
  const { response, status: own, code, message = '', cause } = thrown as Thrown;
  const status = response?.status ?? own ?? (typeof code === 'number' ? code : undefined);
  const isLost = TOO_LONG.has(cause?.name ?? '') || /^(E[A-Z_]+|ERR_[A-Z_]+)$/.test(String(code ?? ''));
  if (status === undefined && !isLost) throw thrown;
  const error = response?.data?.error;
  const reason = error?.errors?.[0]?.reason ?? (status === 409 ? 'duplicate' : '');
  return { status: status ?? 503, reason, message: error?.message ?? message };
}

/** A statement with its parameters, in order. */
export function queryOf({ text, values }: Sql): api.Schema$JobConfigurationQuery {
  return {
    query: text,
    useLegacySql: false,
    ...(values.length > 0 && {
      parameterMode: 'POSITIONAL',
      queryParameters: values
        .map(typed)
        .map(([type, value]) => ({ parameterType: { type }, parameterValue: { value } })),
    }),
  };
}

function typed(value: SqlValue): [type: string, text: string | null] {
  if (value === null) return ['STRING', null];
  if (value instanceof Date) return ['TIMESTAMP', value.toISOString()];
  if (typeof value === 'number') return [Number.isSafeInteger(value) ? 'INT64' : 'FLOAT64', String(value)];
  return [typeof value === 'boolean' ? 'BOOL' : 'STRING', String(value)];
}
