import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import type { CliConfig } from '../config.ts';
import { CliError } from '../errors.ts';
import type { SourceFlags } from './options.ts';

/** A running system that can be asked: a cluster, or `simpul dev`. */
export interface Source {
  /** For messages: `the cluster`, `simpul dev at http://127.0.0.1:8081`. */
  readonly name: string;
  /** Where to look when nobody names a namespace; undefined: everywhere. */
  readonly defaultNamespace: string | undefined;
  /** Objects of one kind; no namespace: of all. Throws CliError with what to do. */
  list(kind: SimpulKindName, namespace?: string): Promise<readonly KubeObject[]>;
  /** The file that holds the key of a credential; undefined where keys lie in Secrets only. */
  keyFile(subscription: ObjectKey, credential: string): string | undefined;
  /** The value of one key of a Secret, decoded; undefined when it is not there. */
  readKey(secret: ObjectKey, key: string): Promise<string | undefined>;
  close(): Promise<void>;
}

const usualAddress = 'http://127.0.0.1:8081';

/** Opens what the flags name: `--dev`, else the cluster, else (when no kubeconfig is there) `simpul dev`. */
export async function openSource(flags: SourceFlags, config: CliConfig): Promise<Source> {
  const namesCluster = flags.kubeconfig !== undefined || flags.context !== undefined;
  if (flags.dev !== undefined && namesCluster) {
    throw new CliError(
      'CLI_ARGUMENT',
      '--dev asks "simpul dev", --kubeconfig and --context a cluster: give one of them',
      {
        exitCode: 2,
      },
    );
  }
  if (flags.dev === undefined && (namesCluster || config.hasCluster)) {
    const { openCluster } = await import('./cluster-source.ts');
    return await openCluster(flags, config);
  }
  const { openDev } = await import('./dev-source.ts');
  return await openDev(typeof flags.dev === 'string' ? flags.dev : usualAddress, config);
}

/** Opens the source for as long as `use` takes. */
export async function withSource<T>(
  flags: SourceFlags,
  config: CliConfig,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  const source = await openSource(flags, config);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}
