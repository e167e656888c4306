/** Header of requests between nodes: the id of the node that asks, unchecked. */
export const NODE_HEADER = 'deepthings-node';
