import type { FastifyReply } from 'fastify';
import type { World } from '../world';
import { sendNothing } from './envelope';
import { notFound } from './problems';

/** An object that is not there, where the documents are silent: a switch decides between 404 and 204. facts: core 3.2 */
export function missing(reply: FastifyReply, world: World, name: 'missingTaskStatus' | 'missingOtherStatus' = 'missingOtherStatus') {
	if (world.switches[name] === 404) throw notFound('Entity not found');
	return sendNothing(reply);
}
