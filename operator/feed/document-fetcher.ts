import { createHash } from 'node:crypto';
import { type LookupAddress, lookup } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { getCACertificates } from 'node:tls';
import { type AddressJudge, buildAddressJudge, literalAddress } from '#api/backend-address.ts';
import { CodedError, describeError } from '#api/errors.ts';
import { maxDocumentLength } from '#api/openapi/document.ts';
import type { PinnedUrl } from '../world/documents.ts';

/** What stands at a URL is not the document that is meant. The message is for the status: it has nothing of the answer but its digest. */
export class DocumentRefused extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('OPERATOR_DOCUMENT', message, options);
  }
}

/** The text of the document. Rejects with {@link DocumentRefused}. */
export type FetchDocument = (pinned: PinnedUrl, signal: AbortSignal) => Promise<string>;

/** From the question for the address to the last byte. */
const deadlineMs = 10_000;

export interface FetchOptions {
  /** CIDRs that may be called although they are special. */
  readonly allow: readonly string[];
  /** Addresses that are special here beside the machine's own: the API server's. */
  readonly reserved: readonly string[];
}

/**
 * Fetches a document that a tenant names: no redirect is followed, size and time are bounded, and the address is judged
 * after DNS as that of a backend is.
 */
export function buildFetchDocument({ allow, reserved }: FetchOptions): FetchDocument {
  const judge = buildAddressJudge({ allow, deny: [], own: () => [...ownAddresses(), ...reserved] });
  return async ({ url, sha256 }, signal) => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    try {
      const bytes = await readBounded(url, await ask(new URL(url), judge, bounded));
      return textOf(url, bytes, sha256);
    } catch (error) {
      if (error instanceof DocumentRefused) throw error;
      throw new DocumentRefused(`${url} ${failureOf(error)}`, { cause: error });
    }
  };
}

/** This machine's; in a pod: the pod's. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));
}

function ask(url: URL, judge: AddressJudge, signal: AbortSignal): Promise<IncomingMessage> {
  const literal = literalAddress(url.hostname);
  const reason = literal === undefined ? undefined : judge(literal);
  if (reason !== undefined) throw refusedAddress(url, reason);
  const options = {
    signal,
    agent: false,
    lookup: judgedLookup(url, judge),
    headers: { accept: 'application/json, application/yaml, */*', 'accept-encoding': 'identity' },
  };
  return new Promise((resolve, reject) => {
    const sent: ClientRequest =
      url.protocol === 'https:'
        ? requestSecure(url, { ...options, ca: authorities(), minVersion: 'TLSv1.2' })
        : requestPlain(url, options);
    sent.on('response', resolve).on('error', reject).end();
  });
}

/** Node's own list, the machine's, and what NODE_EXTRA_CA_CERTS adds. */
function authorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

/** The connection goes to an address that was judged: a name cannot change its answer in between. */
function judgedLookup(url: URL, judge: AddressJudge): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const judged = error ?? judgeAll(url, found, judge);
      if (judged instanceof Error) done(judged, '');
      else if (options.all === true) done(null, [...judged]);
      else done(null, judged[0].address, judged[0].family);
    });
  };
}

type Addresses = readonly [LookupAddress, ...LookupAddress[]];

/** Those that may be called, or why none may. */
function judgeAll(url: URL, found: readonly LookupAddress[], judge: AddressJudge): Addresses | DocumentRefused {
  const reasons = found.map(({ address }) => judge(address));
  const [first, ...others] = found.filter((_, i) => reasons[i] === undefined);
  return first === undefined ? refusedAddress(url, reasons[0] ?? 'does not exist') : [first, ...others];
}

function refusedAddress({ href }: URL, reason: string): DocumentRefused {
  return new DocumentRefused(`${href} is not called, because its address ${reason}`);
}

async function readBounded(url: string, answer: IncomingMessage): Promise<Buffer> {
  const { statusCode, headers } = answer;
  try {
    if (statusCode !== 200) {
      const hint = headers.location === undefined ? '' : ' (redirects are not followed: name where it leads to)';
      throw new DocumentRefused(`${url} answers ${statusCode} instead of 200${hint}`);
    }
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxDocumentLength)
        throw new DocumentRefused(`${url} answers more than ${maxDocumentLength} bytes: split it into several APIs`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } finally {
    answer.destroy();
  }
}

function textOf(url: string, bytes: Buffer, sha256: string): string {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    const remedy = 'look at what changed there, then write its digest into sha256';
    throw new DocumentRefused(`${url} answers a document whose SHA-256 is ${found}, not ${sha256}: ${remedy}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DocumentRefused(`${url} answers what is no UTF-8`, { cause: error });
  }
}

function failureOf(error: unknown): string {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return `does not answer within ${deadlineMs / 1000} s`;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : describeError(error);
  return `cannot be fetched (${code})`;
}
