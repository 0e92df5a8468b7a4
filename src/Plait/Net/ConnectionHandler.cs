namespace Plait.Net;

/// <summary>
/// Serves one connection, from its beginning to its end: an ordinary async function, which every model of a server runs unchanged. When it returns, or throws, the connection is
/// closed.
/// </summary>
/// <param name="connection">The connection. It belongs to the server.</param>
/// <returns>Completes when the connection has been served.</returns>
public delegate Task ConnectionHandler(Connection connection);
