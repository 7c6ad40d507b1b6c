/** A script that is a part of the user-data, or all of it. */
export interface Script {
  readonly name: string;
  readonly content: string;
  readonly when: 'boothook' | 'boot' | 'instance' | 'once';
}
