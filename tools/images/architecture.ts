import { CodedError } from '#api/errors.ts';

/** What images are built for, as registries, Debian and Kubernetes name it. */
export const architectures = ['amd64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

/** This machine's. */
export const ownArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** No image can be built for it. */
class ArchitectureError extends CodedError {
  constructor(text: string) {
    super('IMAGES_ARCHITECTURE', `ARCH=${text}: there are images for ${architectures.join(' and ')} only`);
  }
}

/** As a user says it; nothing means this machine's. */
export function architectureNamed(text = ''): Architecture {
  if (text === '') return ownArchitecture;
  const found = architectures.find((architecture) => architecture === text);
  if (found === undefined) throw new ArchitectureError(text);
  return found;
}
