/**
 * Imported first. With these set, the Azure SDKs print whole requests, session tokens and authorization headers included,
 * past every net of ours. They read the variables when they are loaded.
 */
delete process.env.AZURE_LOG_LEVEL
delete process.env.AZURE_COSMOSDB_DIAGNOSTICS_LEVEL
