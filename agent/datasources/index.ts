import type { Datasource } from '../datasource.ts';
import { ec2 } from './ec2.ts';
import { nocloud } from './nocloud.ts';
import { none } from './none.ts';

/** The sources, in the order they are asked. */
export const datasources: readonly Datasource[] = [nocloud, ec2, none];
