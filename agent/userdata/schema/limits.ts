/** How much of anything is read. Beyond it, an error names the limit: nothing that a person writes comes near. */
export const limits = {
  /** Bytes of user-data, as it came and again with everything in it unpacked. */
  bytes: 4 * 2 ** 20,
  /** Lists and mappings within one another. */
  depth: 100,
  /** Values of one YAML document, aliases written out. */
  values: 50_000,
  /** Words, marks, comments and line ends of one YAML document. */
  marks: 400_000,
  /** Aliases in one YAML document. */
  aliases: 10_000,
  /** Layers of gzip and base64 around one part. */
  wrappings: 5,
  /** Parts in all, whatever holds them. */
  parts: 1_000,
  /** Multipart messages within one another. */
  nesting: 10,
  /** URLs that are fetched for #include. */
  includes: 50,
  /** Findings that are told; the rest is counted. */
  findings: 1_000,
} as const;
