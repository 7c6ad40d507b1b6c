// Format: formats of user-data, https://docs.cloud-init.io/en/latest/explanation/format/index.html
/** The types of user-data by their first characters; longer prefixes first, since some share a beginning. */
const beginnings = [
  ['## template: jinja', 'text/jinja2'],
  ['#cloud-config-archive', 'text/cloud-config-archive'],
  ['#cloud-config-jsonp', 'text/cloud-config-jsonp'],
  ['#cloud-boothook', 'text/cloud-boothook'],
  ['#cloud-config', 'text/cloud-config'],
  ['#include-once', 'text/x-include-once-url'],
  ['#part-handler', 'text/part-handler'],
  ['#include', 'text/x-include-url'],
  ['#!', 'text/x-shellscript'],
] as const;

/** Returns the type that the first line of a text declares; undefined if it is not a known one. */
export function typeOf(text: string): string | undefined {
  const start = text.slice(0, 4096).trimStart().slice(0, 40).toLowerCase();
  return beginnings.find(([beginning]) => start.startsWith(beginning))?.[1];
}

/** Whether a type is too general: the type is then detected from the text. */
export const isVague = (type: string): boolean =>
  ['text/plain', 'text/x-shellscript', 'text/x-not-multipart', 'application/octet-stream'].includes(type) ||
  isPacked(type);

/** Whether a type is one of compressed content. */
export const isPacked = (type: string): boolean =>
  /^application\/(?:x-)?(?:gzip|gzip-compressed|compress|compressed)$/.test(type);

/** Whether a text is a MIME message, by the "MIME-Version" header near its start. */
export const isMime = (text: string): boolean => text.slice(0, 4096).toLowerCase().includes('mime-version:');
