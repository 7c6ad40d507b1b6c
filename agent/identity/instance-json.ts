import type { Instance } from '../metadata/datasource.ts';

/** An instance as plain JSON, to be kept across boots: bytes as base64. */
export const toJson = (instance: Instance): Readonly<Record<string, unknown>> => ({
  ...instance,
  ...(instance.userData && { userData: base64(instance.userData) }),
  vendorData: instance.vendorData.map(base64),
});

/** The instance that was kept, or undefined where this is none. */
export function fromJson(kept: unknown): Instance | undefined {
  // What we wrote ourselves: its outline is checked, and whatever is damaged makes it none.
  const value = kept as Partial<Record<keyof Instance, unknown>> | null | undefined;
  if (typeof value !== 'object' || value === null || !isText(value.id) || !isText(value.datasource)) return undefined;
  if (!isTexts(value.publicKeys) || !isTexts(value.vendorData) || !isTexts(value.secrets)) return undefined;
  if (value.userData !== undefined && !isText(value.userData)) return undefined;
  if (typeof value.metadata !== 'object' || value.metadata === null) return undefined;
  return {
    ...(value as unknown as Instance),
    userData: value.userData === undefined ? undefined : bytes(value.userData),
    vendorData: value.vendorData.map(bytes),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
