import type { PictureGate, SourcePicture } from '../../../server/cameras/source-picture.js';

/** Takes every picture at once, and notes it. */
export class FakeGate implements PictureGate {
  readonly names: string[] = [];
  readonly pictures: SourcePicture[] = [];
  readonly notes: string[] = [];
  /** How the next submissions end. */
  end: 'done' | 'later' = 'done';
  onPicture: () => unknown = () => {};

  offer(picture: SourcePicture): void {
    this.names.push(picture.name);
    this.pictures.push(picture);
    this.onPicture();
  }

  async submit(picture: SourcePicture): Promise<'done' | 'later'> {
    this.offer(picture);
    return this.end;
  }

  async room(): Promise<void> {}

  note(text: string): void {
    this.notes.push(text);
  }
}
