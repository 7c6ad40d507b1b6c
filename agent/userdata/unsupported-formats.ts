import { nearest } from '../base/nearest.ts';

/** The finding about a text in an unsupported format, with a hint at what may be meant. */
export interface Foreign {
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
}

const others: readonly (readonly [RegExp, string])[] = [
  [/^\s*\{\s*"ignition"\s*:/, 'an Ignition configuration (Fedora CoreOS, Flatcar)'],
  [/^\s*variant:\s*(?:fcos|flatcar|r4e|fiot)\b/m, 'a Butane configuration, the source of an Ignition one'],
  [/^\s*<(?:powershell|script|persist)>|^\s*#ps1(?:_sysnative|_x86)?\b|^\s*rem cmd\b/i, 'a script for Windows'],
  [/^\s*<(?:!doctype html|html)\b/i, 'a web page, probably the error page of a server or a proxy'],
  [/^\s*<\?xml\b/i, 'an XML document'],
  [/^\s*-----BEGIN [A-Z ]+-----/, 'a key or a certificate'],
  [/^\s*(?:version:\s*v1alpha1|machine:)\s*$/m, 'a Talos machine configuration'],
  [/^\s*\[settings(?:\.[\w.-]+)?\]\s*$/m, 'settings for Bottlerocket'],
  [/^#(?:version|platform)=|^%packages\b/m, 'a kickstart file'],
  [/^content-type:\s*multipart\//im, 'a MIME message without the header "MIME-Version: 1.0"'],
];

const header = '#cloud-config';

/** Identifies a text that does not begin like any type of user-data, as far as possible. `keys` are names of settings. */
export function foreign(text: string, keys: readonly string[]): Foreign {
  const [first = ''] = text.trimStart().split(/\r?\n/, 1);
  const other = others.find(([pattern]) => pattern.test(text.slice(0, 20_000)))?.[1];
  if (other) return { level: 'error', message: `this is ${other}, which bootagent does not read` };
  const later = /^[ \t]*#cloud-config\b/m.exec(text.slice(0, 20_000));
  if (later) {
    return {
      level: 'error',
      message: `"${header}" is not the first line, so nothing is read`,
      hint: `move "${header}" to the top`,
    };
  }
  const meant = /^#?\s*[\w-]{9,16}\s*:?\s*$/.test(first) ? first.replace(/[\s:]/g, '').replace(/^#?/, '#') : '';
  if (nearest(meant.replaceAll('_', '-'), [header, '#cloudconfig']) !== undefined) {
    const message = `${JSON.stringify(first.trim())} is not a header, so nothing is read`;
    return { level: 'error', message, hint: `write "${header}" as the first line` };
  }
  const known = [...text.slice(0, 20_000).matchAll(/^([a-z][\w-]*):(?:\s|$)/gm)].some(([, key = '']) =>
    keys.includes(key),
  );
  if (known)
    return {
      level: 'error',
      message: 'the header is missing, so nothing is read',
      hint: `write "${header}" as the first line`,
    };
  if (
    /^\s*(?:set -|echo |export |(?:apt|apt-get|dnf|yum) |\w+=\S*$)/m.test(text.slice(0, 2000)) &&
    !/^\s*[[{]/.test(text)
  ) {
    const message = 'this looks like a script without a first line that names its shell, so nothing is run';
    return { level: 'error', message, hint: 'write "#!/bin/sh" as the first line' };
  }
  return {
    level: 'warning',
    message: 'this begins like no form of user-data, so nothing is done with it',
    hint: `a configuration begins with "${header}", a script with "#!"`,
  };
}
