import type { ChangeNotice, OwnerChange } from '../../core/db/changes.ts';

const MOST_KEPT = 2_000;

/** The notices of the last minutes, so that a reconnected stream continues where it was. */
export class NoticeLog {
  private notices: ChangeNotice[] = [];
  /** The position of a stream that has received all notices. */
  position: string;

  constructor(begin: string) {
    this.position = begin;
    this.notices.push({ id: begin, owners: [] });
  }

  add(notice: ChangeNotice): void {
    this.notices.push(notice);
    this.position = notice.id;
    if (this.notices.length > 2 * MOST_KEPT) this.notices = this.notices.slice(-MOST_KEPT);
  }

  /** The changes since a position; null if the position is unknown. */
  since(position: string): OwnerChange[] | null {
    const index = this.notices.findLastIndex((notice) => notice.id === position);
    return index < 0 ? null : this.notices.slice(index + 1).flatMap((notice) => notice.owners);
  }
}
