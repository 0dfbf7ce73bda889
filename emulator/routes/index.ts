import type { FastifyInstance } from 'fastify';
import { ENTITY_TYPES } from '../store/account';
import type { World } from '../world';
import { accountRoutes } from './account';
import { agentRoutes } from './agents';
import { botRoutes, salesbotRoutes } from './bots';
import { callRoutes } from './calls';
import { catalogRoutes } from './catalogs';
import { chatTemplateRoutes } from './chatTemplates';
import { complexRoutes } from './complex';
import { customFieldRoutes } from './customFields';
import { customerRoutes } from './customers';
import { entityRoutes } from './entities';
import { eventRoutes } from './events';
import { fieldGroupRoutes } from './fieldGroups';
import { entityFileRoutes } from './files';
import { linkRoutes } from './links';
import { lossReasonRoutes } from './lossReasons';
import { noteRoutes } from './notes';
import { pipelineRoutes } from './pipelines';
import { productRoutesV2 } from './products';
import { roleRoutes, userWriteRoutes } from './roles';
import { shortLinkRoutes } from './shortLinks';
import { currencyRoutes, subscriptionRoutes } from './accountExtras';
import { sourceRoutes } from './sources';
import { tagRoutes } from './tags';
import { talkRoutes } from './talks';
import { taskRoutes } from './tasks';
import { unsortedRoutes } from './unsorted';
import { userRoutes } from './users';
import { webhookRoutes } from './webhooks';
import { websiteButtonRoutes } from './websiteButtons';
import { widgetRoutes } from './widgets';

/** The surface of /api/v4, one line per resource. */
export function apiRoutes(app: FastifyInstance, world: World): void {
	accountRoutes(app, world);
	userRoutes(app, world);
	userWriteRoutes(app, world);
	roleRoutes(app, world);
	pipelineRoutes(app, world);
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
	callRoutes(app, world);
	talkRoutes(app, world);
	sourceRoutes(app, world);
	websiteButtonRoutes(app, world);
	shortLinkRoutes(app, world);
	entityFileRoutes(app, world);
	subscriptionRoutes(app, world);
	widgetRoutes(app, world);
	botRoutes(app, world);
	agentRoutes(app, world);
	currencyRoutes(app);
}

/** What v4 integrations still use of /api/v2. */
export function v2Routes(app: FastifyInstance, world: World): void {
	salesbotRoutes(app, world);
	productRoutesV2(app, world);
}
