/**
 * Requests to services outside: one exchange with time-out and size limit, the pace of many, and when to ask again. It
 * follows no redirect, sends a key to no address but https (this machine aside), and puts no address and no answer
 * into an error. Which service is asked what is another feature's business.
 */
export { Client, type ClientOptions, type Query, type Request, RequestError } from './client.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Answered, exchange, requireHttps } from './exchange.ts';
export { type DocumentedLimits, Pace, type Turn } from './pace.ts';
export { retryHintMs } from './retry-hint.ts';
