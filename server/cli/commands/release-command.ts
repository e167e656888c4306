import { DeepThingsError } from '../../errors.js';
import { type GatewayChoice, openGateway } from '../gateway/gateway-access.js';
import { explainFailure } from '../terminal/explain-failure.js';
import { printLine } from '../terminal/terminal.js';

/** `deepthings quarantine release`. */
export async function runRelease(device: string, options: GatewayChoice): Promise<void> {
  const { client, close } = await openGateway(options);
  try {
    const { json } = await client.call('releaseDevice', { path: { device } });
    printLine(`device ${device} is ${json!.state}`);
  } catch (error) {
    if (error instanceof DeepThingsError) throw error;
    throw new DeepThingsError('DT_QUARANTINE', explainFailure(error, client.baseUrl), { cause: error });
  } finally {
    await close();
  }
}
