/** A script that came as a part of the user-data, or as the whole of it. */
export interface Script {
  readonly name: string;
  readonly content: string;
  readonly when: 'boothook' | 'boot' | 'instance' | 'once';
}
