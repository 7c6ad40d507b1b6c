// All decoders, so that a module imports them from one file.
export * from './decode-lists.ts';
export * from './decode-mappings.ts';
export * from './decode-scalars.ts';
export * from './decode-variants.ts';
export { type Decode, decoder, type Fields, INVALID, type Invalid, type Item } from './decoder.ts';
