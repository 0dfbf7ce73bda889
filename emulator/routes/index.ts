import type { FastifyInstance } from 'fastify';
import { ENTITY_TYPES } from '../store/account';
import type { World } from '../world';
import { accountRoutes } from './account';
import { catalogRoutes } from './catalogs';
import { chatTemplateRoutes } from './chatTemplates';
import { complexRoutes } from './complex';
import { customFieldRoutes } from './customFields';
import { customerRoutes } from './customers';
import { entityRoutes } from './entities';
import { eventRoutes } from './events';
import { fieldGroupRoutes } from './fieldGroups';
import { linkRoutes } from './links';
import { lossReasonRoutes } from './lossReasons';
import { noteRoutes } from './notes';
import { pipelineRoutes } from './pipelines';
import { pipelineWriteRoutes } from './pipelineWrites';
import { roleRoutes, userWriteRoutes } from './roles';
import { tagRoutes } from './tags';
import { taskRoutes } from './tasks';
import { unsortedRoutes } from './unsorted';
import { userRoutes } from './users';
import { webhookRoutes } from './webhooks';

/** The surface of /api/v4, one line per resource. */
export function apiRoutes(app: FastifyInstance, world: World): void {
	accountRoutes(app, world);
	userRoutes(app, world);
	userWriteRoutes(app, world);
	roleRoutes(app, world);
	pipelineRoutes(app, world);
	pipelineWriteRoutes(app, world);
	lossReasonRoutes(app, world);
	for (const type of ENTITY_TYPES) {
		entityRoutes(app, world, type);
		linkRoutes(app, world, type);
		noteRoutes(app, world, type);
		tagRoutes(app, world, type);
		fieldGroupRoutes(app, world, `/${type}`, () => type);
		customFieldRoutes(app, world, `/${type}`, () => type);
	}
	taskRoutes(app, world);
	complexRoutes(app, world);
	unsortedRoutes(app, world);
	catalogRoutes(app, world);
	customerRoutes(app, world);
	eventRoutes(app, world);
	webhookRoutes(app, world);
	chatTemplateRoutes(app, world);
}
