import {
  type Client,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerOptions,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { TestCertificate } from './authority.ts';

export interface Message {
  readonly text: string;
  readonly n?: number;
}

const method = { requestType: 'Message', responseType: 'Message', comment: '' };

/** `contoh.Echo`, with a method of each of the four kinds that gRPC knows. */
const definition = fromJSON({
  nested: {
    contoh: {
      nested: {
        Message: { fields: { text: { type: 'string', id: 1 }, n: { type: 'int32', id: 2 } } },
        Echo: {
          methods: {
            Unary: method,
            Collect: { ...method, requestStream: true },
            Repeat: { ...method, responseStream: true },
            Chat: { ...method, requestStream: true, responseStream: true },
          },
        },
      },
    },
  },
});

const { contoh } = loadPackageDefinition(definition) as unknown as {
  contoh: { Echo: (new (...args: ConstructorParameters<typeof Client>) => Client) & { service: never } };
};
export const EchoClient = contoh.Echo;

/** `Unary` does what the text says: `fail` fails, `wait` waits for its deadline; else it comes back with the metadata of the call. */
const methods: UntypedServiceImplementation = {
  Unary(call: ServerUnaryCall<Message, Message>, done: sendUnaryData<Message>) {
    const { text } = call.request;
    if (text === 'wait') return;
    if (text === 'fail') done({ code: 9, details: 'tidak bisa: 100% gagal' });
    else done(null, { text: `${text} ${JSON.stringify(call.metadata.getMap())}`, n: deadlineMs(call.getDeadline()) });
  },
  Collect(call: ServerReadableStream<Message, Message>, done: sendUnaryData<Message>) {
    const texts: string[] = [];
    call.on('data', ({ text }: Message) => texts.push(text));
    call.on('end', () => done(null, { text: texts.join(), n: texts.length }));
  },
  Repeat(call: ServerWritableStream<Message, Message>) {
    const { text, n = 0 } = call.request;
    for (let i = 0; i < n; i++) call.write({ text, n: i });
    if (text !== 'wait') call.end();
  },
  Chat(call: ServerDuplexStream<Message, Message>) {
    call.on('data', ({ text }: Message) => call.write({ text: text.toUpperCase() }));
    call.on('end', () => call.end());
  },
};

function deadlineMs(deadline: Date | number): number {
  const ms = Number(deadline) - Date.now();
  return Number.isFinite(ms) ? Math.round(ms) : -1;
}

export interface EchoServer {
  readonly url: string;
  readonly server: Server;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** The real server of grpc-js on a free port of 127.0.0.1; with a certificate it speaks TLS. */
export async function anEchoServer(certificate?: TestCertificate, options: ServerOptions = {}): Promise<EchoServer> {
  const server = new Server(options);
  server.addService(EchoClient.service, methods);
  const credentials =
    certificate === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { private_key: Buffer.from(certificate.privateKey), cert_chain: Buffer.from(certificate.certificate) },
        ]);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:0`, credentials, (error, at) => (error === null ? resolve(at) : reject(error)));
  });
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${bound}`,
    server,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}
