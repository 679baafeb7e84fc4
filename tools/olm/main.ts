import { pathToFileURL } from 'node:url';
import { readCrds } from '../generate/crd-files.ts';
import { olmBundle, writeBundle } from './bundle.ts';

const crds = readCrds(new URL('crds/', pathToFileURL(`${process.cwd()}/`)));
await writeBundle('build/olm', await olmBundle(crds));
console.log('build/olm');
