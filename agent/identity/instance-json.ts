import type { Instance } from '../metadata/datasource.ts';

/** Returns an instance as plain JSON, to be stored across boots; bytes become base64. */
export const toJson = (instance: Instance): Readonly<Record<string, unknown>> => ({
  ...instance,
  ...(instance.userData && { userData: base64(instance.userData) }),
  vendorData: instance.vendorData.map(base64),
});

/** Returns a stored instance, or undefined if the value is not one. */
export function fromJson(kept: unknown): Instance | undefined {
  // `toJson` wrote it, so checking the main fields is enough to detect damage.
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
