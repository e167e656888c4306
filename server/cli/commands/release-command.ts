import { askGateway, type GatewayChoice } from '../gateway/gateway-access.js';
import { printLine } from '../terminal/terminal.js';

/** `deepthings quarantine release`. */
export async function runRelease(device: string, options: GatewayChoice): Promise<void> {
  await askGateway(options, 'DT_QUARANTINE', async (client) => {
    const { json } = await client.call('releaseDevice', { path: { device } });
    printLine(`device ${device} is ${json!.state}`);
  });
}
