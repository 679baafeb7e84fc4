import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Document, parseAllDocuments } from 'yaml';
import { describeError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { readManifests } from '#kube/yaml/read-manifests.ts';
import { CliError } from '../errors.ts';
import { listManifests } from '../manifests/find-files.ts';
import { writeDocuments } from './write-documents.ts';

/** One object of a folder and the document that it stands in. */
export interface Placed {
  readonly object: KubeObject;
  readonly document: Document;
  readonly file: string;
}

/** The YAML files of one environment. Files are written only when something in them was changed. */
export class Folder {
  readonly #path: string;
  readonly #files = new Map<string, Document[]>();
  readonly #objects = new Map<string, Placed>();
  readonly #changed = new Set<string>();
  /** How files were written before, for their style. */
  readonly #texts = new Map<string, string>();

  private constructor(path: string) {
    this.#path = path;
  }

  /** A folder that is not there is empty. Throws CliError for what is no YAML of Kubernetes. */
  static async open(path: string): Promise<Folder> {
    const folder = new Folder(path);
    for (const file of (await listManifests(path)).files) {
      // kustomize's own files hold no objects of a cluster.
      if (!/^kustomization\.ya?ml$/.test(basename(file))) folder.#read(file, await readFile(file, 'utf8'));
    }
    return folder;
  }

  /** All objects, in the order of files. */
  objects(): Iterable<Placed> {
    return this.#objects.values();
  }

  find(object: KubeObject): Placed | undefined {
    return this.#objects.get(idOf(object));
  }

  /** The text of a file as it was read. */
  textOf(file: string): string {
    return this.#texts.get(file) ?? '';
  }

  /** Adds a document in a file of its own, named by kind and name. `style`: the text that it comes from. */
  add(object: KubeObject, document: Document, style: string): Placed {
    const file = join(this.#path, `${object.kind.toLowerCase()}-${object.metadata.name}.yaml`);
    this.#files.set(file, [...(this.#files.get(file) ?? []), document]);
    const placed = { object, document, file };
    this.#objects.set(idOf(object), placed);
    this.#changed.add(file);
    this.#texts.set(file, `${this.textOf(file)}\n${style}`);
    return placed;
  }

  touch({ file }: Placed): void {
    this.#changed.add(file);
  }

  /** Writes what was changed; gives the files. */
  async write(): Promise<string[]> {
    const files = [...this.#changed].sort();
    try {
      await mkdir(this.#path, { recursive: true });
      for (const file of files) await writeFile(file, writeDocuments(this.#files.get(file) ?? [], this.textOf(file)));
    } catch (error) {
      throw new CliError('CLI_INPUT', `${this.#path} cannot be written: ${describeError(error)}`);
    }
    return files;
  }

  #read(file: string, text: string): void {
    const { errors, objects } = readManifests(text, file);
    const [problem] = errors;
    if (problem !== undefined) throw new CliError('CLI_INPUT', `${file}:${problem.line}: ${problem.message}`);
    const parsed = parseAllDocuments(text, { logLevel: 'silent' });
    const documents = Array.isArray(parsed) ? parsed.filter(({ contents }) => contents !== null) : [];
    if (documents.length !== objects.length) {
      throw new CliError('CLI_INPUT', `${file}: it holds a List: write each object as a document of its own`);
    }
    this.#files.set(file, documents);
    this.#texts.set(file, text);
    for (const [index, { object }] of objects.entries()) {
      const document = documents[index];
      if (document !== undefined) this.#objects.set(idOf(object), { object, document, file });
    }
  }
}

function idOf(object: KubeObject): string {
  return `${object.kind} ${keyOf(object)}`;
}
