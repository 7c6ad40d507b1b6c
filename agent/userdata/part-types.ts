// Format: formats of user-data, https://docs.cloud-init.io/en/latest/explanation/format/index.html
/** The forms of user-data, by how they begin; the longest first, as some begin alike. */
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

/** What a text says of itself by its first line; undefined where it says nothing we know. */
export function typeOf(text: string): string | undefined {
  const start = text.slice(0, 4096).trimStart().slice(0, 40).toLowerCase();
  return beginnings.find(([beginning]) => start.startsWith(beginning))?.[1];
}

/** Types that say too little: the text itself is asked. */
export const isVague = (type: string): boolean =>
  ['text/plain', 'text/x-shellscript', 'text/x-not-multipart', 'application/octet-stream'].includes(type) ||
  isPacked(type);

/** Types of packed content. */
export const isPacked = (type: string): boolean =>
  /^application\/(?:x-)?(?:gzip|gzip-compressed|compress|compressed)$/.test(type);

/** Whether it is a MIME message, by the header that every one has near its start. */
export const isMime = (text: string): boolean => text.slice(0, 4096).toLowerCase().includes('mime-version:');
