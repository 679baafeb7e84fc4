import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { describeError } from '#api/errors.ts';
import { CliError } from '../errors.ts';
import type { Place } from './place.ts';

export interface BucketFlags {
  /** Address of an S3-compatible server; default: that of AWS. */
  readonly endpoint?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Longest time for one transfer. */
const timeoutMs = 15 * 60_000;
/** What S3 takes in one request. */
const mostBytes = 5 * 2 ** 30;

/** An object of an S3-compatible bucket. Addresses and credentials come from the variables that all such programs read. */
export class BucketPlace implements Place {
  readonly name: string;
  readonly isOverheard: boolean;
  readonly #url: string;
  readonly #client: AwsClient;

  constructor(target: string, { endpoint }: BucketFlags, env: Environment) {
    const [, bucket = '', key = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/.exec(target) ?? [];
    if (key === '')
      throw wrong(`${target} names no object of a bucket: write s3://BUCKET/NAME, or s3://BUCKET/FOLDER/`);
    const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
    const server = serverOf(endpoint ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'], region);
    // Path style: bucket names with dots fit no certificate, and own servers rarely have a wildcard name.
    this.#url = `${server.href.replace(/\/+$/, '')}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    this.name = target;
    this.isOverheard = server.protocol === 'http:' && !isLoopback(server.hostname);
    this.#client = new AwsClient({ ...credentialsIn(env), service: 's3', region, retries: 3 });
  }

  async read(): Promise<Buffer> {
    const answer = await this.#call({ method: 'GET' });
    if (answer.status === 404)
      throw new CliError('CLI_BUCKET', `${this.name} does not exist (${await reasonIn(answer)})`);
    if (!answer.ok) throw await this.#refused(answer, 'cannot be read');
    if (Number(answer.headers.get('content-length') ?? 0) > mostBytes) {
      throw new CliError('CLI_BUCKET', `${this.name} is larger than any backup`);
    }
    return Buffer.from(await answer.arrayBuffer());
  }

  async write(content: Buffer): Promise<void> {
    if (content.length > mostBytes)
      throw new CliError('CLI_BUCKET', 'the backup is larger than 5 GiB: write it to a file');
    // The server compares: what it stores is what was sent.
    const digest = createHash('sha256').update(content).digest('hex');
    const headers = { 'x-amz-content-sha256': digest, 'content-type': 'application/octet-stream' };
    const once = { ...headers, 'if-none-match': '*' };
    const body = new Uint8Array(content);
    let answer = await this.#call({ method: 'PUT', body, headers: once });
    // Some servers do not know the condition; then the name, which carries the time, has to do.
    if (answer.status === 501) answer = await this.#call({ method: 'PUT', body, headers });
    if (answer.status === 412) {
      throw new CliError('CLI_BUCKET', `${this.name} exists already and is left as it is: choose another name`);
    }
    if (!answer.ok) throw await this.#refused(answer, 'cannot be written');
    await answer.arrayBuffer();
  }

  async #call(init: RequestInit): Promise<Response> {
    try {
      // A redirect would send credentials and content to an address that nobody named.
      return await this.#client.fetch(this.#url, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const { origin } = new URL(this.#url);
      throw new CliError('CLI_BUCKET', `${origin} cannot be asked for ${this.name}: ${describeError(error)}`);
    }
  }

  async #refused(answer: Response, what: string): Promise<CliError> {
    const hint = answer.status === 403 ? ': check the credentials, and what they may do in this bucket' : '';
    return new CliError('CLI_BUCKET', `${this.name} ${what} (${await reasonIn(answer)})${hint}`);
  }
}

function serverOf(endpoint: string | undefined, region: string): URL {
  const text = endpoint ?? `https://s3.${region}.amazonaws.com`;
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return new URL(text);
  throw wrong(`${text} is no address of an S3 server, such as https://s3.bantenprov.go.id`);
}

function credentialsIn(env: Environment): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw wrong('a bucket takes credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

/** `403 AccessDenied`: of the answer, which is XML. */
async function reasonIn(answer: Response): Promise<string> {
  const [, code = ''] = /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(await answer.text().catch(() => '')) ?? [];
  return `${answer.status} ${code}`.trim();
}

function wrong(message: string): CliError {
  return new CliError('CLI_ARGUMENT', message, { exitCode: 2 });
}
