import type { FastifyInstance } from 'fastify';
import { ENTITY_TYPES } from '../store/account';
import type { World } from '../world';
import { accountRoutes } from './account';
import { customFieldRoutes } from './customFields';
import { entityRoutes } from './entities';
import { linkRoutes } from './links';
import { lossReasonRoutes } from './lossReasons';
import { pipelineRoutes } from './pipelines';
import { taskRoutes } from './tasks';
import { userRoutes } from './users';

/** The surface of /api/v4, one line per resource. */
export function apiRoutes(app: FastifyInstance, world: World): void {
	accountRoutes(app, world);
	userRoutes(app, world);
	pipelineRoutes(app, world);
	lossReasonRoutes(app, world);
	for (const type of ENTITY_TYPES) {
		entityRoutes(app, world, type);
		linkRoutes(app, world, type);
		customFieldRoutes(app, world, `/${type}`, () => type);
	}
	taskRoutes(app, world);
}
