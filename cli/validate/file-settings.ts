import type { TranslationSettings } from '#operator/translate/translate.ts';

/** How files are translated with no cluster: the usual names, and Approvals that count. The pepper is nobody's. */
export const fileSettings: TranslationSettings = {
  className: 'simpul',
  installationNamespace: 'simpul-system',
  pepper: Buffer.alloc(32).toString('base64'),
  now: '1970-01-01T00:00:00Z',
  approvalPolicySince: '',
};
