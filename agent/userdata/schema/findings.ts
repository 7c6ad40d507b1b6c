import { limits } from './limits.ts';
import type { Finding, Findings } from './shape.ts';
import { nowhere } from './source-node.ts';

/** Collected findings in their order, up to `limits.findings`. A finding without a code gets that of `collect`. */
export interface Collected extends Findings {
  readonly found: readonly Finding[];
  readonly secrets: readonly string[];
}

export function collect(code: string): Collected {
  const found: Finding[] = [];
  const secrets: string[] = [];
  const keep =
    (level: Finding['level']): Findings['error'] =>
    (at, place, message, hint, special) => {
      if (found.length > limits.findings) return;
      const full = found.length === limits.findings;
      if (full)
        found.push({
          level,
          code,
          at: '',
          place: nowhere,
          message: `more than ${limits.findings} findings: the rest is left out`,
        });
      else found.push({ level, code: special ?? code, at, place, message, ...(hint !== undefined && { hint }) });
    };
  return { found, secrets, error: keep('error'), warning: keep('warning'), secret: (value) => secrets.push(value) };
}
