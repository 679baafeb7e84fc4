import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { describeError } from '#api/errors.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import type { KubeObject } from '#api/object.ts';
import { idOf, keyOf } from '#api/object.ts';
import { referencesOf } from '#operator/world/references.ts';
import type { CommandContext } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import type { PromoteFlags } from './command.ts';
import { type Direction, type Environments, readEnvironments } from './environments.ts';
import { Folder, type Placed } from './folder.ts';
import { type Mapped, mapObject, promotedKinds, type Unmapped } from './map-object.ts';
import { type Change, mergeDocument } from './merge-document.ts';

/** `simpul promote`. */
export async function runPromote(flags: PromoteFlags, { terminal }: CommandContext): Promise<number> {
  const environments = readEnvironments(await textOf(flags.environments), flags.environments);
  const [source, target] = [await open(environments, flags.from), await open(environments, flags.to)];
  const promotion = new Promotion({ environments, direction: flags, source, target });
  const chosen = [...source.objects()].filter(({ object }) => isChosen(object, flags.only));
  if (chosen.length === 0) {
    throw new CliError(
      'CLI_NOT_FOUND',
      `"${flags.from}" has no ApiService, Subscription or ConfigMap that was asked for`,
    );
  }
  const mapped = chosen.map((placed) => ({ placed, ...mapObject(placed.object, environments, flags) }));
  refuseUnmapped(mapped, flags);
  for (const { placed, object } of mapped) promotion.take(placed, object);
  promotion.print(terminal);
  printNeeds(
    mapped.map(({ object }) => object),
    flags,
    terminal,
  );
  if (flags.only.length === 0) printLeftOver(target, mapped, flags, terminal);
  if (flags.dryRun === true) terminal.err('Nothing was written.');
  else for (const file of await target.write()) terminal.err(`wrote ${relative('', file)}`);
  return exitCodes.ok;
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError('CLI_INPUT', `${file} cannot be read: ${describeError(error)}`);
  });
}

async function open({ folders }: Environments, name: string): Promise<Folder> {
  const folder = folders.get(name);
  if (folder !== undefined) return await Folder.open(folder);
  const known = [...folders.keys()].join(', ');
  throw new CliError('CLI_ARGUMENT', `there is no environment "${name}": the file has ${known}`, { exitCode: 2 });
}

function isChosen({ kind, metadata }: KubeObject, only: readonly string[]): boolean {
  if (!promotedKinds.has(kind)) return false;
  return only.length === 0 || only.includes(`${kind.toLowerCase()}/${metadata.name}`);
}

/** Nothing is guessed: an API that went on calling the backend of the other environment would be worse than none. */
function refuseUnmapped(mapped: readonly Mapped[], { from, to }: Direction): void {
  const lines = mapped.flatMap(({ object, unmapped }) => unmapped.map((one) => problem(object, one)));
  if (lines.length === 0) return;
  const shown = [...new Set(lines)].map((line) => `\n  ${line}`).join('');
  throw new CliError(
    'CLI_INPUT',
    `nothing was written, because nobody has said what these are called in "${to}":${shown}\nAdd a row with "${from}" and "${to}" to the table; a text alone stands for what is called the same everywhere`,
  );
}

function problem({ kind, metadata }: KubeObject, { table, value, field }: Unmapped): string {
  return `${table}: "${value}" (${kind} ${metadata.name}, ${field})`;
}

interface Journey {
  readonly environments: Environments;
  readonly direction: Direction;
  readonly source: Folder;
  readonly target: Folder;
}

class Promotion {
  readonly #journey: Journey;
  readonly #lines: string[] = [];

  constructor(journey: Journey) {
    this.#journey = journey;
  }

  take(placed: Placed, wanted: KubeObject): void {
    const { environments, source, target } = this.#journey;
    const there = target.find(wanted);
    if (there !== undefined) {
      this.#change(there, mergeDocument(there.document, wanted, environments.keep));
      return;
    }
    const document = placed.document.clone();
    mergeDocument(document, wanted);
    target.add(wanted, document, source.textOf(placed.file));
    this.#lines.push(`${wanted.kind} ${keyOf(wanted)}: new`);
  }

  #change(there: Placed, changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#journey.target.touch(there);
    this.#lines.push(`${there.object.kind} ${keyOf(there.object)}: changed`, ...changes.map(lineOf));
  }

  print(terminal: Terminal): void {
    const { from, to } = this.#journey.direction;
    terminal.out(this.#lines.length === 0 ? `${to} is the same as ${from}.` : this.#lines.join('\n'));
  }
}

function lineOf({ field, before, after }: Change): string {
  return `  ${field}: ${shorten(before)} -> ${shorten(after)}`;
}

function shorten(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/** Secrets are never carried over: the other environment has its own. */
function printNeeds(objects: readonly KubeObject[], { to }: Direction, terminal: Terminal): void {
  const needs = objects.flatMap((object) => {
    const secrets = referencesOf(object).filter(({ kind }) => kind === 'Secret');
    return [...secrets.map(({ namespace, name }) => idOf(namespace, name)), ...broughtKeys(object)];
  });
  for (const need of [...new Set(needs)].sort()) terminal.err(`note: Secret ${need} must exist in ${to}`);
}

function broughtKeys(object: KubeObject): string[] {
  if (object.kind !== 'Subscription') return [];
  const { spec, metadata } = object as Subscription;
  return spec.credentials.flatMap(({ apiKey }) => {
    return apiKey === undefined ? [] : idOf(metadata.namespace ?? '', apiKey.secretRef.name);
  });
}

function printLeftOver(target: Folder, mapped: readonly Mapped[], { from, to }: Direction, terminal: Terminal): void {
  const wanted = new Set(mapped.map(({ object }) => `${object.kind} ${keyOf(object)}`));
  for (const { object } of target.objects()) {
    const id = `${object.kind} ${keyOf(object)}`;
    if (promotedKinds.has(object.kind) && !wanted.has(id))
      terminal.err(`note: ${id} is in ${to} and not in ${from}: it stays`);
  }
}
