interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const GAP = 6;
const EDGE = 8;

/** Places a tooltip centred above its element, or below if there is no room, and always inside the window. */
export function placeTip(
  owner: Box,
  tip: Pick<Box, 'width' | 'height'>,
  view: Pick<Box, 'width' | 'height'>,
): Pick<Box, 'left' | 'top'> {
  const centred = owner.left + owner.width / 2 - tip.width / 2;
  const left = Math.max(EDGE, Math.min(centred, view.width - tip.width - EDGE));
  const above = owner.top - tip.height - GAP;
  return { left, top: above >= EDGE ? above : owner.top + owner.height + GAP };
}
