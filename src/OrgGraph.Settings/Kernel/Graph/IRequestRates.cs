using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>How many requests one caller may send in a time. Implemented by the host, which knows addresses and credentials.</summary>
public interface IRequestRates
{
    /// <summary>Counts a request.</summary>
    /// <returns>Null when it may be executed, else a fault of code RATE_LIMITED.</returns>
    RequestFault? Admit(bool isMutation);

    /// <summary>Counts an invitation token that leads nowhere: somebody may be guessing.</summary>
    /// <returns>Null when it may be answered as unknown, else a fault of code RATE_LIMITED.</returns>
    RequestFault? UnknownToken();

    /// <summary>Counts a connectivity test: the server calls out on somebody's word, and must not become their scanner.</summary>
    /// <param name="organizationId">The organization for which it is made.</param>
    /// <returns>To dispose when the test has ended.</returns>
    /// <exception cref="RequestFault">RATE_LIMITED: too many in a minute, or at once.</exception>
    IDisposable BeginConnectivityTest(Guid organizationId);
}
