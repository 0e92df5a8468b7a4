namespace Plait.Tests.Execution;

/// <summary>What an executor keeps that stops functions which do not look at their token: what one keeps in the background, and this.</summary>
public abstract partial class KillingExecutorContract : BackgroundExecutorContract;
