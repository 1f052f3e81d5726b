import { styleText } from 'node:util';

let steps = 0;

export function printStep(title: string): void {
  console.log(`\n${styleText('bold', `${++steps}. ${title}`)}`);
}

export function printLine(line: string): void {
  console.log(`   ${line}`);
}

/** Prints a request to the receiver and the response. */
export function printArrival(arrival: {
  path: string;
  event: string;
  verified: boolean;
  status: number;
  id: string;
}): void {
  const { path, event, verified, status, id } = arrival;
  const good = status < 300;
  const sign = styleText(good ? 'green' : 'yellow', good ? '✓' : '✗');
  const signature = verified ? 'signature right' : styleText('red', 'SIGNATURE WRONG');
  const answer = styleText(good ? 'green' : 'yellow', `answered ${status}`);
  printLine(`${sign} ${path.padEnd(15)} ${event.padEnd(22)} ${signature}, ${answer}  ${styleText('dim', id)}`);
}
