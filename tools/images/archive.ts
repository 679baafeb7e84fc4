import { CodedError } from '#api/errors.ts';
import { run } from '#tools/cluster/run.ts';

/** A file is no docker archive with an image in it. */
class ArchiveError extends CodedError {
  constructor(file: string) {
    super('IMAGES_ARCHIVE', `${file} is not a docker archive of one image`);
  }
}

/** What manifest.json of a docker archive says of an image; files of the archive by their names. */
export interface ArchivedImage {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  /** Lowest first. */
  readonly Layers: readonly string[];
}

/** The one image of a docker archive. */
export async function archivedImage(file: string): Promise<ArchivedImage> {
  const [image] = JSON.parse(await run('tar', ['-xOf', file, 'manifest.json'])) as ArchivedImage[];
  if (image === undefined) throw new ArchiveError(file);
  return image;
}

/** Its layers, lowest first, with the sizes of what they unpack to, as a tar. */
export async function layersOf(file: string): Promise<{ readonly name: string; readonly bytes: number }[]> {
  const listing = await run('tar', ['--numeric-owner', '-tvf', file]);
  const sizes = new Map(
    listing.split('\n').map((line) => {
      const [, , bytes, , , name = ''] = line.split(/\s+/);
      return [name, Number(bytes)];
    }),
  );
  const { Layers } = await archivedImage(file);
  return Layers.map((name) => ({ name, bytes: sizes.get(name) ?? 0 }));
}
