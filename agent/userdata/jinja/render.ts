import { evaluate, loopItems, type Scope } from './evaluate.ts';
import { piecesOf, type TemplateError, templateError } from './lexer.ts';
import { boundedText, most, stepsFor } from './size.ts';
import { statementsOf } from './statements.ts';
import type { Statement } from './syntax.ts';
import { isMissing, isTrue, itemsOf, missingOf, printed } from './values.ts';

/** A rendered template, with the variables that have no value. */
export interface Rendered {
  readonly text: string;
  /** Variables without a value, with their lines. */
  readonly missing: readonly { readonly name: string; readonly line: number }[];
  /** Why the template cannot be rendered: the text is empty then. */
  readonly error?: { readonly line: number; readonly message: string };
}

interface Run {
  readonly names: Map<string, unknown>;
  readonly scope: Scope;
  readonly missing: { name: string; line: number }[];
  text: string;
  /** The line of the statement that is rendered. */
  line: number;
}

/**
 * Renders a Jinja template as cloud-init does. Without `variables`, each variable is replaced by its own name. Templates see
 * plain data only, and their work is bounded: `most` has the limits.
 */
export function render(
  template: string,
  variables: Readonly<Record<string, unknown>> | undefined,
  firstLine = 1,
): Rendered {
  let steps = 0;
  const names = new Map(Object.entries(variables ?? {}));
  const scope: Scope = {
    get: (name) => names.get(name),
    isOpaque: variables === undefined,
    step(line, more = 1) {
      steps += more;
      if (steps > most.steps) throw templateError(line, `the template takes more than ${most.steps} steps`);
    },
  };
  const run: Run = { names, scope, missing: [], text: '', line: firstLine };
  try {
    renderAll(statementsOf(piecesOf(template, firstLine)), run);
    return { text: run.text, missing: run.missing };
  } catch (error) {
    if (!(error instanceof Error && 'line' in error)) throw error;
    const { line = run.line, message } = error as TemplateError;
    return { text: '', missing: [], error: { line, message } };
  }
}

function renderAll(nodes: readonly Statement[], run: Run): void {
  for (const node of nodes) renderNode(node, run);
}

function renderNode(node: Statement, run: Run): void {
  if ('line' in node) run.line = node.line;
  switch (node.is) {
    case 'text':
      run.text += node.text;
      return;
    case 'print': {
      const value = evaluate(node.of, run.scope);
      run.scope.step(node.line, stepsFor(value));
      if (isMissing(value)) run.missing.push({ name: value.path, line: node.line });
      const text = run.scope.isOpaque ? printed(value).replace(/\W+/g, '-') : printed(value);
      run.text = boundedText(run.text + text, node.line);
      return;
    }
    case 'if': {
      const taken = node.branches.find(([test]) => !test || isTrue(evaluate(test, run.scope)));
      renderAll(taken?.[1] ?? [], run);
      return;
    }
    case 'for':
      renderLoop(node, run);
      return;
    case 'set': {
      const value = evaluate(node.of, run.scope);
      assign(node.names, value, run, node.line);
      return;
    }
    case 'set-block': {
      const before = run.text;
      run.text = '';
      renderAll(node.body, run);
      assign([node.name], run.text, run, node.line);
      run.text = before;
    }
  }
}

function assign(names: readonly string[], value: unknown, { names: all }: Run, line: number): void {
  if (all.size > most.names) throw templateError(line, `the template has more than ${most.names} names`);
  if (names.length < 2) {
    for (const name of names) all.set(name, value);
    return;
  }
  const items = itemsOf(value, line);
  if (items.length !== names.length)
    throw templateError(line, `${names.length} names for ${items.length} values: ${printed(value)}`);
  names.forEach((name, index) => void all.set(name, items[index]));
}

/** Renders a loop. Names that its body sets end with each round, as in Jinja. */
function renderLoop(node: Extract<Statement, { is: 'for' }>, run: Run): void {
  const outer = new Map(run.names);
  const restore = () => {
    run.names.clear();
    for (const [name, value] of outer) run.names.set(name, value);
  };
  const over = evaluate(node.over, run.scope);
  const items = loopItems(over, run.scope, node.line).filter((item) => {
    if (!node.only) return true;
    assign(node.names, item, run, node.line);
    const isTaken = isTrue(evaluate(node.only, run.scope));
    restore();
    return isTaken;
  });
  if (isMissing(over)) run.missing.push({ name: over.path, line: node.line });
  items.forEach((item, index) => {
    // Each round ends with the names of before.
    run.scope.step(node.line, 1 + Math.floor(outer.size / 16));
    if (node.names.length < 2 || !run.scope.isOpaque) assign(node.names, item, run, node.line);
    run.names.set('loop', loopOf(items, index));
    renderAll(node.body, run);
    boundedText(run.text, node.line);
    restore();
  });
  if (items.length === 0) renderAll(node.otherwise, run);
}

const loopOf = (items: readonly unknown[], index: number): Readonly<Record<string, unknown>> => ({
  index: index + 1,
  index0: index,
  revindex: items.length - index,
  revindex0: items.length - index - 1,
  first: index === 0,
  last: index === items.length - 1,
  length: items.length,
  previtem: items[index - 1] ?? missingOf('previtem'),
  nextitem: items[index + 1] ?? missingOf('nextitem'),
});
