import { killedEverywhere } from '../support/killed.ts';

killedEverywhere(10_000);
