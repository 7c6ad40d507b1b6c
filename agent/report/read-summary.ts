import { emptySummary, type ModuleSummary, type Summary } from './summary.ts';

/** Returns the summary from the text of status.json; undefined if it is damaged or has another shape. */
export function summaryIn(text: string, version = ''): Summary | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isSummary(value) ? { ...emptySummary(version), ...value } : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isListOf = <T>(value: unknown, is: (each: unknown) => each is T): value is T[] =>
  Array.isArray(value) && value.every(is);
const orAbsent = (value: unknown, is: boolean): boolean => value === undefined || is;

function isSummary(value: unknown): value is Summary {
  if (!isRecord(value) || !isText(value.state)) return false;
  const { instance, modules, now, left, notes } = value;
  const numbers = [value.updated, value.seconds, value.console_lines, value.keys];
  return (
    numbers.every((each) => orAbsent(each, Number.isFinite(each))) &&
    orAbsent(value.stages, isListOf(value.stages, isText)) &&
    orAbsent(value.fingerprints, isListOf(value.fingerprints, isText)) &&
    orAbsent(instance, hasTexts(instance, 'id', 'datasource', 'how', 'standing')) &&
    orAbsent(modules, isRecord(modules) && Object.values(modules).every(isModule)) &&
    orAbsent(left, Array.isArray(left) && left.every((each) => hasTexts(each, 'module', 'at', 'code', 'message'))) &&
    orAbsent(notes, areNotes(notes)) &&
    orAbsent(now, hasTexts(now, 'module') && isRecord(now) && Number.isFinite(now.since))
  );
}

const hasTexts = (value: unknown, ...keys: readonly string[]): boolean =>
  isRecord(value) && keys.every((key) => isText(value[key]));

const areNotes = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => hasTexts(each, 'level', 'text'));

function isModule(value: unknown): value is ModuleSummary {
  return (
    isRecord(value) &&
    isText(value.state) &&
    Number.isFinite(value.ms) &&
    Array.isArray(value.problems) &&
    value.problems.every((each) => hasTexts(each, 'at', 'code', 'message')) &&
    isListOf(value.items, isRecord) &&
    orAbsent(value.notes, areNotes(value.notes)) &&
    orAbsent(value.before, isModule(value.before))
  );
}
