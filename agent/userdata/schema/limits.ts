/** The limits of what is read. Input beyond one is an error that names it; hand-written user-data stays far below. */
export const limits = {
  /** Bytes of user-data, as received, and separately with everything in it unpacked. */
  bytes: 4 * 2 ** 20,
  /** Nesting depth of lists and mappings. */
  depth: 100,
  /** Values in the YAML of one user-data, with aliases expanded. */
  values: 50_000,
  /** Words, marks, comments and line ends in the YAML of one user-data. */
  marks: 400_000,
  /** Aliases in the YAML of one user-data. */
  aliases: 10_000,
  /** Layers of gzip and base64 around one part. */
  wrappings: 5,
  /** Parts in total, at any depth. */
  parts: 1_000,
  /** Nesting depth of multipart messages and of parts. */
  nesting: 10,
  /** URLs that are fetched for #include. */
  includes: 50,
  /** Findings that are reported; the rest is left out. */
  findings: 1_000,
} as const;
