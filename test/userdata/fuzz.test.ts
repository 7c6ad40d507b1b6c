import { test } from 'node:test';
import { fuzz } from '../support/fuzz.ts';

test('500 documents with mistakes: all are read, every error has its line and column', () => fuzz(1, 500));
