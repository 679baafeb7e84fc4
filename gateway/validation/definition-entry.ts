import { gunzipSync, gzipSync } from 'node:zlib';
import type { CompiledDefinition, DefinedOperation } from '#api/compiled/definition.ts';
import type { Json } from '#api/json/strict-json.ts';
import { type Matchable, type OperationMatch, OperationTable } from '../router/operations.ts';
import { OperationCheck } from './operation-check.ts';
import { SchemaCompiler } from './schema-compiler.ts';

interface Content {
  readonly operations: readonly DefinedOperation[];
  readonly schemas: { readonly [name: string]: Json };
}

/** A definition unpacked, with the compilers that belong to it. */
interface Unpacked extends Content {
  readonly request: SchemaCompiler;
  readonly response: SchemaCompiler;
}

/** One operation of a definition. `check` is null until it is compiled, and again when others needed the room. */
export interface DefinedEntry extends Matchable {
  readonly definition: DefinitionEntry;
  readonly index: number;
  check: OperationCheck | null;
}

/**
 * A loaded definition: the table of its operations, and the rest packed. An operation is compiled when it is first
 * called, or before that when there is time, and then kept within the bounds of {@link DefinitionRoom}.
 */
export class DefinitionEntry {
  readonly id: string;
  readonly entries: readonly DefinedEntry[];
  readonly #table: OperationTable<DefinedEntry>;
  readonly #packed: Buffer;
  readonly #room: DefinitionRoom;

  constructor({ id, operations, schemas }: CompiledDefinition, room: DefinitionRoom) {
    this.id = id;
    this.#room = room;
    this.#packed = gzipSync(JSON.stringify({ operations, schemas } satisfies Content), { level: 1 });
    this.entries = operations.map(({ path, method }, index) => {
      return { path, methods: [method], definition: this, index, check: null };
    });
    this.#table = new OperationTable(this.entries);
  }

  match(method: string, path: string): OperationMatch<DefinedEntry> {
    return this.#table.match(method, path);
  }

  /** What an operation says, unpacked; not for each call. */
  describe(entry: DefinedEntry): { readonly operation: DefinedOperation; readonly schemas: Content['schemas'] } {
    const { operations, schemas } = this.#room.unpacked(this);
    const operation = operations[entry.index];
    if (operation === undefined) throw new RangeError('the operation is of another definition');
    return { operation, schemas };
  }

  unpack(): Unpacked {
    const content = JSON.parse(gunzipSync(this.#packed).toString()) as Content;
    const { schemas } = content;
    const request = new SchemaCompiler(schemas, 'request');
    const response = new SchemaCompiler(schemas, 'response');
    return { ...content, request, response };
  }
}

/**
 * Bounds what definitions cost: at most so many compiled operations and unpacked definitions at a time, the oldest go
 * first. What is called again is compiled again.
 */
export class DefinitionRoom {
  readonly #compiled = new Set<DefinedEntry>();
  readonly #unpacked = new Map<DefinitionEntry, Unpacked>();
  readonly #waiting = new Set<DefinedEntry>();
  #isWarming = false;
  readonly #most: { readonly operations: number; readonly definitions: number };

  constructor(most = { operations: 4096, definitions: 16 }) {
    this.#most = most;
  }

  get compiledCount(): number {
    return this.#compiled.size;
  }

  unpacked(definition: DefinitionEntry): Unpacked {
    const known = this.#unpacked.get(definition);
    if (known !== undefined) return known;
    const unpacked = definition.unpack();
    this.#unpacked.set(definition, unpacked);
    if (this.#unpacked.size > this.#most.definitions) {
      for (const oldest of this.#unpacked.keys()) {
        this.#unpacked.delete(oldest);
        break;
      }
    }
    return unpacked;
  }

  /** The check of an operation, compiled now if it is not yet: some milliseconds. */
  compile(entry: DefinedEntry): OperationCheck {
    if (entry.check !== null) return entry.check;
    this.#waiting.delete(entry);
    const unpacked = this.unpacked(entry.definition);
    const { operation } = entry.definition.describe(entry);
    const check = new OperationCheck(operation, unpacked.schemas, unpacked);
    entry.check = check;
    this.#compiled.add(entry);
    if (this.#compiled.size > this.#most.operations) this.#makeRoom();
    return check;
  }

  /** Compiles the operations of a definition between calls, one at a time, as long as there is room for all. */
  warm(definition: DefinitionEntry): void {
    if (this.#compiled.size + this.#waiting.size + definition.entries.length > this.#most.operations) return;
    for (const entry of definition.entries) if (entry.check === null) this.#waiting.add(entry);
    this.#goOn();
  }

  /** Nobody uses the definition any more. */
  drop(definition: DefinitionEntry): void {
    this.#unpacked.delete(definition);
    for (const entry of definition.entries) {
      this.#compiled.delete(entry);
      this.#waiting.delete(entry);
    }
  }

  #makeRoom(): void {
    for (const oldest of this.#compiled) {
      oldest.check = null;
      this.#compiled.delete(oldest);
      return;
    }
  }

  #goOn(): void {
    if (this.#isWarming || this.#waiting.size === 0) return;
    this.#isWarming = true;
    setImmediate(() => {
      this.#isWarming = false;
      for (const entry of this.#waiting) {
        this.compile(entry);
        break;
      }
      this.#goOn();
    });
  }
}
