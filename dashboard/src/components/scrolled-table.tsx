import type { ComponentChildren } from 'preact';

interface ScrolledTableProps {
  readonly name: string;
  /** Classes of the table. */
  readonly look: string;
  readonly children: ComponentChildren;
}

/** A table that scrolls sideways where the page is narrower. */
export function ScrolledTable({ children, look, name }: ScrolledTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="scrolled" tabIndex={0} aria-label={name}>
      <table class={look}>{children}</table>
    </section>
  );
}
