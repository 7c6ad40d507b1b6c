import { type Decode, matching, object, oneOf, optional, secret, withDefault } from './decode.ts';

/** The key that says where a boot is reported; the modules document it, and the boot reads it when all is done. */
export const reportReads = {
  report: optional(
    object({
      url: optional(matching(/^https?:\/\/[^\s]+$/, 'an http or https URL')),
      on: withDefault<'failure' | 'always'>('failure', oneOf('failure', 'always')),
      token: optional(secret),
      textfile: optional(matching(/^\/(?:[^/\s]+\/)*[^/\s]+\.prom$/, 'an absolute path that ends in .prom')),
    }),
  ),
};

export type ReportSettings = Exclude<typeof reportReads.report extends Decode<infer T> ? T : never, undefined>;
