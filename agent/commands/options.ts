import type { Option } from './command.ts';

/** The options that most commands take. */
export const rootOption: Option = {
  name: 'root',
  value: 'DIR',
  summary: 'work on the image tree in DIR instead of this machine',
};
export const formatOption: Option = {
  name: 'format',
  value: 'FORMAT',
  values: ['text', 'json'],
  summary: 'text (default) or json',
};
