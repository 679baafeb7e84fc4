import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodePrograms } from '#tools/cluster/layout.ts';
import { run } from '#tools/cluster/run.ts';

/** buildah with a store and settings of its own: what the machine is set up for does not matter, and is not changed. */
export class Buildah {
  /** Folder that it keeps images in. */
  readonly store: string;
  readonly #program: string;

  private constructor(program: string, store: string) {
    this.#program = program;
    this.store = store;
  }

  static async open(): Promise<Buildah> {
    const { bin } = nodePrograms(process.env);
    const buildah = new Buildah(join(bin, 'buildah'), join(bin, '../../image-store'));
    await buildah.#writeSettings();
    return buildah;
  }

  /** Runs one of its commands; gives what it printed. With `seconds` it is ended after so long, and fails. */
  run(args: readonly string[], { seconds }: { readonly seconds?: number } = {}): Promise<string> {
    const { store } = this;
    const [command = '', ...rest] = args;
    // What goes in here was made here, or is named by its registry: no signatures are asked for.
    const policy = takesPolicy.has(command) ? [`--signature-policy=${store}/policy.json`] : [];
    const flags = ['--storage-driver=vfs', `--root=${store}/graph`, `--runroot=${store}/run`];
    const limit = seconds === undefined ? [] : ['timeout', String(seconds)];
    const [program = '', ...words] = [...limit, this.#program, ...flags, command, ...policy, ...rest];
    return run(program, words, this.#env());
  }

  /** Whether its store has an image of this name. */
  has(reference: string): Promise<boolean> {
    return this.run(['inspect', '--type=image', '--format={{.FromImageID}}', reference]).then(
      () => true,
      () => false,
    );
  }

  #env(): NodeJS.ProcessEnv {
    const { store } = this;
    return {
      ...process.env,
      CONTAINERS_CONF: `${store}/containers.conf`,
      CONTAINERS_STORAGE_CONF: `${store}/storage.conf`,
      CONTAINERS_REGISTRIES_CONF: `${store}/registries.conf`,
      BUILDAH_ISOLATION: 'chroot',
      TMPDIR: store,
    };
  }

  async #writeSettings(): Promise<void> {
    const { store } = this;
    await mkdir(store, { recursive: true });
    const write = (name: string, text: string) => writeFile(join(store, name), text);
    await write('policy.json', JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
    await write('registries.conf', 'unqualified-search-registries = []\n');
    await write('containers.conf', '');
    await write('storage.conf', `[storage]\ndriver = "vfs"\ngraphroot = "${store}/graph"\nrunroot = "${store}/run"\n`);
  }
}

const takesPolicy = new Set(['build', 'pull', 'push']);
