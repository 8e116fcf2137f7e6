/**
 * A DNS server on this machine that answers real packets (RFC 1035) over UDP, and misbehaves as servers do. It knows
 * the few record types that mail and websites need, and counts questions.
 */
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/**
 * What a name has: records by type; or what the server does instead of answering. A name that isn't listed doesn't
 * exist.
 */
export interface Zone {
  readonly [name: string]: Records | 'fails' | 'refuses' | 'is silent' | 'talks nonsense' | 'cuts off';
}

interface Records {
  /** Exchanges; `.` is the null MX. */
  readonly MX?: readonly string[];
  readonly A?: readonly string[];
  /** Eight groups, none left out. */
  readonly AAAA?: readonly string[];
  /** What happens to questions of one type, where that differs. */
  readonly fails?: 'MX' | 'A' | 'AAAA';
}

export interface DnsServer {
  readonly address: string;
  /** `MX acme.example`, in the order in which they came. */
  readonly questions: string[];
  close(): Promise<void>;
}

const TYPES: Readonly<Record<number, 'MX' | 'A' | 'AAAA'>> = { 1: 'A', 15: 'MX', 28: 'AAAA' };
const FINE = 0;
const FAILS = 2;
const NO_SUCH_NAME = 3;
const REFUSES = 5;

export async function dnsServer(zone: Zone): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (packet, { port, address }) => {
    const { name, type, end } = questionOf(packet);
    questions.push(`${type} ${name}`);
    const [code, records] = answerTo(zone[name] ?? 'does not exist', type);
    if (code === null) return;
    if (zone[name] === 'talks nonsense') return socket.send(Buffer.from('what?'), port, address);
    const header = Buffer.from(packet.subarray(0, 12));
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(zone[name] === 'cuts off' ? 1 : records.length, 6);
    header.writeUInt32BE(0, 8);
    socket.send(Buffer.concat([header, packet.subarray(12, end), ...records]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** The response code and the records; no code is no answer at all. */
function answerTo(behaviour: Zone[string] | 'does not exist', type: string): [code: number | null, records: Buffer[]] {
  if (behaviour === 'is silent') return [null, []];
  if (behaviour === 'does not exist') return [NO_SUCH_NAME, []];
  if (behaviour === 'refuses') return [REFUSES, []];
  if (behaviour === 'fails' || (typeof behaviour === 'object' && behaviour.fails === type)) return [FAILS, []];
  return [FINE, typeof behaviour === 'object' ? recordsOf(behaviour, type) : []];
}

/** The name and type that a packet asks for, and where the question ends. */
function questionOf(packet: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = packet.readUInt8(at); length > 0; length = packet.readUInt8(at)) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: TYPES[packet.readUInt16BE(at + 1)] ?? 'other', end: at + 5 };
}

function recordsOf(records: Records, type: string): Buffer[] {
  const number = Number(Object.keys(TYPES).find((key) => TYPES[Number(key)] === type));
  const contents = {
    MX: (records.MX ?? []).map((exchange, i) => Buffer.concat([Buffer.from([0, i * 10]), nameBytes(exchange)])),
    A: (records.A ?? []).map((address) => Buffer.from(address.split('.').map(Number))),
    AAAA: (records.AAAA ?? []).map((address) =>
      Buffer.from(
        address
          .split(':')
          .map((g) => g.padStart(4, '0'))
          .join(''),
        'hex',
      ),
    ),
    other: [],
  }[type as 'MX'];
  return contents.map((content) => {
    // A pointer to the question's name, type, class IN, a minute to live, length.
    const head = Buffer.from([0xc0, 12, 0, number, 0, 1, 0, 0, 0, 60, 0, content.length]);
    return Buffer.concat([head, content]);
  });
}

const nameBytes = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter((label) => label !== '')
      .map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);
